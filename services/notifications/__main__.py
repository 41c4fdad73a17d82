"""python -m services.notifications api | worker | relay | consume | work | migrate"""

import sys

from services.notifications.app import make_runtime
from shared import process

if __name__ == "__main__":
    sys.exit(process.main(make_runtime, application="services.notifications.app:application()"))
