variable "whole_policy" {
  type = string
}

variable "office_ranges" {
  type = list(string)
}

variable "effect" {
  type = string
}

resource "aws_sqs_queue" "same_variable" {
  name                    = "dku-same-variable"
  sqs_managed_sse_enabled = true
  policy                  = var.whole_policy
}

resource "aws_sqs_queue" "to_variable" {
  name   = "dku-to-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "from_variable" {
  name = "dku-from-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "ranges" {
  name = "dku-ranges"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { NotIpAddress = { "aws:SourceIp" = var.office_ranges } }
    }]
  })
}

resource "aws_sqs_queue" "effect" {
  name = "dku-effect"
  policy = jsonencode({
    Statement = [{ Effect = var.effect, Principal = "*", Action = "sqs:SetQueueAttributes", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_unknown" {
  name = "dku-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:AddPermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*",
      Condition = { IpAddress = { "aws:SourceIp" = var.office_ranges } } },
    ]
  })
}

resource "aws_sqs_queue" "lost_beside_unknown" {
  name = "dku-lost-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*",
      Condition = { IpAddress = { "aws:SourceIp" = var.office_ranges } } },
    ]
  })
}
