"""Parks: the enterprises that their service officers look after."""
