variable "whole_policy" {
  type = string
}

variable "office_ranges" {
  type = list(string)
}

resource "aws_sqs_queue" "same_variable" {
  name   = "dku-same-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "to_variable" {
  name = "dku-to-variable"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:DeleteQueue", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "from_variable" {
  name   = "dku-from-variable"
  policy = var.whole_policy
}

resource "aws_sqs_queue" "ranges" {
  name = "dku-ranges"
  policy = jsonencode({
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { NotIpAddress = { "aws:SourceIp" = ["192.0.2.0/24"] } }
    }]
  })
}

resource "aws_sqs_queue" "effect" {
  name = "dku-effect"
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "sqs:SetQueueAttributes", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "beside_unknown" {
  name = "dku-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:AddPermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*" },
    ]
  })
}

resource "aws_sqs_queue" "lost_beside_unknown" {
  name = "dku-lost-beside-unknown"
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "sqs:RemovePermission", Resource = "*" },
      { Effect = "Allow", Principal = { AWS = "111122223333" }, Action = "sqs:SendMessage", Resource = "*",
      Condition = { IpAddress = { "aws:SourceIp" = var.office_ranges } } },
    ]
  })
}
