"""A referral from sending to outcome, and what each side sees of it on the way."""


def test_the_office_sends_the_foundation_takes_it_up_and_says_what_became_of_it(partnership):
    sent = partnership.refer()
    assert sent["status"] == "requested"
    for action, body in (("receive", {}), ("accept", {}), ("start", {}), ("complete", {"outcome": "goal-reached"})):
        partnership.act("intake", sent["id"], action, body)
    seen = partnership.get("caseworker", f"/referrals/{sent['id']}")
    assert (seen["status"], seen["outcome"]) == ("completed", "goal-reached")
    partnership.world.settle()
    told = [fact.type.split(".")[2] for fact in partnership.world.facts() if fact.key == sent["id"]]
    assert told == ["requested", "received", "accepted", "started", "completed"]
