variable "name" {
  type = string
  validation {
    condition     = length(var.name) < 20
    error_message = "The name ${var.name} is too long."
  }
}

variable "config" {
  type = object({
    cpu    = number
    port   = number
    alarms = set(string)
    env    = map(string)
  })
}

variable "kms_arn" {
  type = string
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.config.cpu
  memory                   = var.config.cpu * 2
  container_definitions = jsonencode([{
    name         = var.name
    image        = "example/${var.name}:1"
    portMappings = var.config.port == null ? [] : [{ containerPort = var.config.port }]
    environment  = [for k, v in var.config.env : { name = k, value = v }]
  }])
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = var.config.alarms
  alarm_name          = "${var.name}-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = each.value == "cpu" ? 2 : 3
  metric_name         = title(each.key)
  namespace           = "AWS/ECS"
  period              = 60
  statistic           = "Average"
  threshold           = 80.5
  lifecycle {
    precondition {
      condition     = var.config.cpu > 0
      error_message = "No CPU."
    }
    postcondition {
      condition     = self.period == 60
      error_message = "Wrong period."
    }
  }
}

resource "aws_secretsmanager_secret" "this" {
  name       = var.name
  kms_key_id = var.kms_arn
}

output "alarms" {
  value = sort([for a in aws_cloudwatch_metric_alarm.this : a.metric_name])
}

output "task" {
  value = aws_ecs_task_definition.this.family
}
