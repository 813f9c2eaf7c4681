environment = "test"
extra_tags  = { Team = "blue", Number = 7 }
