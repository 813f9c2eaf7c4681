resource "terraform_data" "version" {
  input = "1"
}
resource "aws_launch_template" "l" {
  name_prefix   = "web-"
  image_id      = "ami-12345678"
  instance_type = "t3.micro"
  lifecycle {
    create_before_destroy = true
  }
}
resource "aws_instance" "i" {
  ami           = "ami-12345678"
  instance_type = "t3.micro"
  tags          = { name = "i" }
  lifecycle {
    ignore_changes       = [tags, ami]
    replace_triggered_by = [terraform_data.version]
    precondition {
      condition     = terraform_data.version.input == "1"
      error_message = "not the first version"
    }
  }
}
resource "aws_db_instance" "d" {
  identifier          = "d"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  username            = "app"
  password            = "not-a-secret"
  skip_final_snapshot = true
  lifecycle {
    prevent_destroy = true
  }
}
