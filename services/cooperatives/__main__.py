"""python -m services.cooperatives api | worker | relay | consume | work | migrate"""

import sys

from services.cooperatives.app import make_runtime
from shared import process

if __name__ == "__main__":
    sys.exit(process.main(make_runtime, application="services.cooperatives.app:application()"))
