"""python -m services.programmes api | worker | relay | consume | work | migrate"""

import sys

from services.programmes.app import make_runtime
from shared import process

sys.exit(process.main(make_runtime, application="services.programmes.app:application()"))
