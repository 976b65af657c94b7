"""desired + known + existing -> Plan. Pure: no clock, no network, no disk."""

from publisher.plan.decide import decide
from publisher.plan.model import Action, Drift, Plan, Policy, Sides

__all__ = ["Action", "Drift", "Plan", "Policy", "Sides", "decide"]
