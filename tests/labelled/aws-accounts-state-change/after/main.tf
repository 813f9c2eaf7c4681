data "terraform_remote_state" "accounts" {
  backend = "s3"
  config = {
    bucket = "state"
    key    = "accounts"
    region = "eu-west-1"
  }
}

resource "aws_sqs_queue" "state" {
  name = "state"
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = data.terraform_remote_state.accounts.outputs.reader_arn }, Action = "sqs:SendMessage", Resource = "*" }]
  })
}
