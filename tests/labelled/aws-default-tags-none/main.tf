resource "aws_s3_bucket" "b" {
  bucket = "untagged"
}

resource "aws_instance" "i" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  tags = {
    Name = "i"
  }
}
