variables {
  environment = "test"
  extra_tags  = { Team = "blue", Number = 7 }
  settings    = { label = "set" }
}
