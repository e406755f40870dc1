from pkg.inner import Chained

Unused = None
