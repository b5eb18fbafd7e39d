"""How every service runs, never what any means: a file enters when three apps use it and it names none."""
