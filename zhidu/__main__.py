"""`python -m zhidu`, as the keeper starts its processes."""

import sys

from zhidu.cli import main

sys.exit(main())
