terraform {
  backend "s3" {
    bucket = "state"
    key    = "cycle"
    region = "eu-central-1"
  }
}
resource "aws_sns_topic" "t" {
  name = "alerts"
}
resource "aws_sns_topic_subscription" "s" {
  topic_arn = aws_sns_topic.t.arn
  protocol  = "email"
  endpoint  = "ops@example.com"
}
