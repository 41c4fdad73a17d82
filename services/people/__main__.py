"""`python -m services.people api | worker | relay | consume | work | migrate`."""

import sys

from services.people.app import make_runtime
from shared import process

sys.exit(process.main(make_runtime, application="services.people.app:application()"))
