resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m6g.large"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "optional"
  }
}
