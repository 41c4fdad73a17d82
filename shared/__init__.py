"""The small kernel that the services share: mechanism only, no noun of the domain."""
