"""python -m services.mentoring api | worker | relay | consume | work | migrate"""

import sys

from services.mentoring.app import make_runtime
from shared import process

if __name__ == "__main__":
    sys.exit(process.main(make_runtime, application="services.mentoring.app:application()"))
