resource "aws_lambda_function" "orders" {
  function_name    = "orders"
  role             = "arn:aws:iam::123456789012:role/orders"
  runtime          = "python3.12"
  handler          = "orders.handle"
  filename         = "orders.zip"
  source_code_hash = filebase64sha256("orders.zip")

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = "arn:aws:sqs:eu-central-1:123456789012:orders-dead"
  }

  environment {
    variables = {
      TABLE = "orders"
    }
  }
}
