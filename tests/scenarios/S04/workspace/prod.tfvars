stage     = "prod"
jump_from = ["198.51.100.0/24", "0.0.0.0/0"]
