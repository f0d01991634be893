"""What every module of the house speaks: commands, lifecycles, permissions, calendars, money, subjects."""
