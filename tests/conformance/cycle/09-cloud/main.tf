terraform {
  cloud {
    organization = "example"
    workspaces {
      name = "cycle"
    }
  }
}
resource "aws_ecr_repository" "r" {
  name                 = "app"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration {
    scan_on_push = true
  }
}
resource "aws_cloudwatch_log_group" "g" {
  name              = "/app/${aws_ecr_repository.r.name}"
  retention_in_days = 30
}
