resource "aws_ecs_cluster" "on" {
  name = "on"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster" "plain" {
  name = "plain"
}

resource "aws_ecs_cluster" "off" {
  name = "off"
  setting {
    name  = "containerInsights"
    value = "disabled"
  }
}

resource "aws_ecs_cluster" "enhanced" {
  name = "enhanced"
  setting {
    name  = "containerInsights"
    value = "enhanced"
  }
}

resource "aws_ecs_task_definition" "priv" {
  family = "priv"
  container_definitions = jsonencode([{
    name       = "agent"
    image      = "agent:1.4"
    memory     = 128
    privileged = true
  }])
}

resource "aws_ecs_task_definition" "plain" {
  family = "plain"
  container_definitions = jsonencode([{
    name   = "app"
    image  = "app:2.0"
    memory = 256
  }])
}

resource "aws_ecs_task_definition" "second" {
  family = "second"
  container_definitions = jsonencode([
    { name = "app", image = "app:2.0", memory = 256, privileged = false },
    { name = "sidecar", image = "side:1", memory = 64, privileged = true },
  ])
}

resource "aws_ecs_task_definition" "heredoc" {
  family                = "heredoc"
  container_definitions = <<EOT
[{"name": "app", "image": "app:2.1", "memory": 64, "privileged": false}]
EOT
}
