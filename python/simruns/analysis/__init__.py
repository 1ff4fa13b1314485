"""What runs say: rates with their uncertainty, comparisons, and the conversations to read first.

Nothing here sends a request, and nothing is random: each number is a function of the runs in hand.
"""

from simruns.core.extras import require

for _library in ("numpy", "scipy"):
    require(_library, "analysis", "analysis")
