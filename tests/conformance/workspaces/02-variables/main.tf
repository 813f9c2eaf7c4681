locals {
  name = "${var.environment}-${join("-", var.zones)}"
  tags = merge({ Environment = var.environment, Size = var.settings.size }, var.extra_tags)
}

resource "aws_cloudwatch_log_group" "log" {
  name              = "/app/${local.name}"
  retention_in_days = var.retention
  skip_destroy      = var.protect
  tags              = local.tags
}

resource "aws_sqs_queue" "queue" {
  name                      = "${local.name}-queue"
  delay_seconds             = var.settings.inner.on ? 5 : 0
  message_retention_seconds = var.retention * 24 * 60
  tags                      = { for k, v in local.tags : lower(k) => upper(v) if v != "" }
}

output "label" {
  value = var.settings.label
}

output "queue" {
  value = aws_sqs_queue.queue.arn
}
