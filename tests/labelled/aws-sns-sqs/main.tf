resource "aws_sns_topic" "plain" {
  name = "plain"
}

resource "aws_sns_topic" "enc" {
  name              = "enc"
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic" "inline" {
  name              = "inline"
  kms_master_key_id = "alias/aws/sns"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sns:Publish", Resource = "*" }]
  })
}

resource "aws_sns_topic" "owned" {
  name = "owned"
}

resource "aws_sns_topic_policy" "open" {
  arn    = aws_sns_topic.plain.arn
  policy = <<EOT
{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"SNS:Subscribe","Resource":"*"}]}
EOT
}

data "aws_iam_policy_document" "named" {
  statement {
    actions   = ["SNS:Publish"]
    resources = [aws_sns_topic.enc.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "named" {
  arn    = aws_sns_topic.enc.arn
  policy = data.aws_iam_policy_document.named.json
}

data "aws_iam_policy_document" "owner" {
  statement {
    actions   = ["SNS:Publish"]
    resources = [aws_sns_topic.owned.arn]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "AWS:SourceOwner"
      values   = ["123456789012"]
    }
  }
}

resource "aws_sns_topic_policy" "owner" {
  arn    = aws_sns_topic.owned.arn
  policy = data.aws_iam_policy_document.owner.json
}

resource "aws_sqs_queue" "kms" {
  name              = "kms"
  kms_master_key_id = "alias/aws/sqs"
}

resource "aws_sqs_queue" "managed" {
  name                    = "managed"
  sqs_managed_sse_enabled = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = "*" }]
  })
}

resource "aws_sqs_queue" "off" {
  name                    = "off"
  sqs_managed_sse_enabled = false
}

resource "aws_sqs_queue" "left_out" {
  name = "left-out"
}

resource "aws_sqs_queue_policy" "open" {
  queue_url = aws_sqs_queue.off.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = ["*"] }, Action = "sqs:*", Resource = aws_sqs_queue.off.arn }]
  })
}

resource "aws_sqs_queue_policy" "sns" {
  queue_url = aws_sqs_queue.kms.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.kms.arn
    }]
  })
}
