"""`python -m services.referrals api | worker | relay | consume | work | migrate`."""

import sys

from services.referrals.app import make_runtime
from shared import process

sys.exit(process.main(make_runtime, application="services.referrals.app:application()"))
