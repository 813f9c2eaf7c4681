resource "aws_sqs_queue" "state" {
  name = "state"
}
