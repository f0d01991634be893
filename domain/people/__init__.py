"""People: joining, growing, leaving; in its first form, leaving.

A resignation is a letter with a date. The notice clause makes a last day of it, the approval chain decides on it, and
on the last day its writer leaves. The last day can be later than the notice demands when its writer wishes so, and
earlier only when somebody who may do so waives the rest of the notice.
"""
