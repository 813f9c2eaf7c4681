resource "aws_kms_key" "l" {
  description = "logs"
}

variable "days" {
  type    = number
  default = 365
}

resource "aws_cloudwatch_log_group" "plain" {
  name = "plain"
}

resource "aws_cloudwatch_log_group" "good" {
  name              = "good"
  retention_in_days = 30
  kms_key_id        = aws_kms_key.l.arn
}

resource "aws_cloudwatch_log_group" "zero" {
  name              = "zero"
  retention_in_days = 0
}

resource "aws_cloudwatch_log_group" "var" {
  count             = 1
  name              = "var"
  retention_in_days = var.days
}
