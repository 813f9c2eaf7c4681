resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = "arn:aws:iam::123456789012:role/fn"
  s3_bucket     = "code"
  s3_key        = "plain.zip"
  handler       = "index.handler"
  runtime       = "nodejs20.x"
}

resource "aws_lambda_function" "good" {
  function_name = "good"
  role          = "arn:aws:iam::123456789012:role/fn"
  s3_bucket     = "code"
  s3_key        = "good.zip"
  handler       = "index.handler"
  runtime       = "nodejs20.x"
  kms_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  environment {
    variables = { MODE = "prod" }
  }
  dead_letter_config {
    target_arn = "arn:aws:sqs:eu-west-1:123456789012:failed"
  }
  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "invoke" {
  function_name = "invoke"
  role          = "arn:aws:iam::123456789012:role/fn"
  s3_bucket     = "code"
  s3_key        = "invoke.zip"
  handler       = "index.handler"
  runtime       = "nodejs20.x"
  environment {
    variables = { MODE = "test" }
  }
  tracing_config {
    mode = "PassThrough"
  }
}

resource "aws_lambda_function_event_invoke_config" "c" {
  function_name = aws_lambda_function.invoke.function_name
  destination_config {
    on_failure {
      destination = "arn:aws:sqs:eu-west-1:123456789012:failed"
    }
  }
}

resource "aws_lambda_permission" "star" {
  function_name = aws_lambda_function.plain.function_name
  action        = "lambda:InvokeFunction"
  principal     = "*"
}

resource "aws_lambda_permission" "api" {
  function_name = aws_lambda_function.good.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/*/GET/"
}

resource "aws_lambda_permission" "account" {
  function_name = aws_lambda_function.good.function_name
  action        = "lambda:InvokeFunction"
  principal     = "210987654321"
}

resource "aws_lambda_function_url" "none" {
  function_name      = aws_lambda_function.plain.function_name
  authorization_type = "NONE"
}

resource "aws_lambda_function_url" "iam" {
  function_name      = aws_lambda_function.good.function_name
  authorization_type = "AWS_IAM"
}

resource "aws_lambda_function_url" "each" {
  for_each           = { public = "NONE", private = "AWS_IAM" }
  function_name      = "fn-${each.key}"
  authorization_type = each.value
}
