stage     = "dev"
jump_from = ["198.51.100.0/24"]
