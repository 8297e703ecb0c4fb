#include <array>
#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include "pilling/error.hpp"
#include "pilling/http.hpp"
#include "support/temporary_directory.hpp"

namespace pilling {
namespace {

/// The server of the command `openssl`, which comes with ca-certificates, with a certificate that nobody has signed.
class TlsServer {
 public:
  TlsServer(const support::TemporaryDirectory& folder, const std::string& name)
      : certificate_((folder.path() / "certificate.pem").string()) {
    const std::string key = (folder.path() / "key.pem").string();
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=" +
        std::string("test") + " -addext subjectAltName=" + name + " -keyout " + key + " -out " + certificate_ +
        " 2>/dev/null";
    if (std::system(make.c_str()) != 0) return;
    std::array<int, 2> output{};
    if (pipe(output.data()) != 0) return;
    process_ = fork();
    if (process_ == 0) {
      dup2(output[1], STDOUT_FILENO);
      close(output[0]);
      if (freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
      execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate_.c_str(), "-key",
             key.c_str(), "-www", nullptr);
      _exit(1);
    }
    close(output[1]);
    read_address(output[0]);
    output_ = output[0];
  }
  ~TlsServer() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    if (output_ >= 0) close(output_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  /// "https://127.0.0.1:<port>/"; empty when it does not run.
  const std::string& url() const { return url_; }
  const std::string& certificate() const { return certificate_; }

 private:
  // It says "ACCEPT 127.0.0.1:<port>" when it listens.
  void read_address(int output) {
    constexpr std::string_view begin = "ACCEPT ";
    std::string said;
    for (char byte = 0; read(output, &byte, 1) == 1;) {
      said += byte;
      const std::size_t at = said.find(begin);
      if (byte != '\n' || at == std::string::npos) continue;
      url_ = "https://" + said.substr(at + begin.size());
      url_.back() = '/';
      return;
    }
  }

  std::string certificate_;
  std::string url_;
  pid_t process_ = -1;
  int output_ = -1;
};

struct CurlTls : testing::Test {
  support::TemporaryDirectory folder;

  static std::string failure_of(const CurlOptions& options, const std::string& url) {
    try {
      make_curl_transport(options)->send({.url = url, .query = {{"serviceKey", "SECRET"}}}, {});
    } catch (const NetworkError& error) {
      EXPECT_EQ(dynamic_cast<const Timeout*>(&error), nullptr) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }
};

TEST_F(CurlTls, TrustsTheAuthorityThatItIsGiven) {
  const TlsServer server(folder, "IP:127.0.0.1");
  ASSERT_NE(server.url(), "");

  const HttpResponse response = make_curl_transport({.ca_file = server.certificate()})->send({.url = server.url()}, {});

  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("TLSv1"), std::string::npos);
}

TEST_F(CurlTls, RefusesACertificateThatNobodyKnows) {
  const TlsServer server(folder, "IP:127.0.0.1");
  ASSERT_NE(server.url(), "");

  const std::string message = failure_of({}, server.url());

  EXPECT_NE(message.find("certificate"), std::string::npos) << message;
  EXPECT_EQ(message.find("SECRET"), std::string::npos) << message;
}

TEST_F(CurlTls, RefusesTheCertificateOfAnotherHost) {
  const TlsServer server(folder, "DNS:elsewhere.test");
  ASSERT_NE(server.url(), "");

  const std::string message = failure_of({.ca_file = server.certificate()}, server.url());

  EXPECT_NE(message.find("certificate"), std::string::npos) << message;
}

TEST_F(CurlTls, NeedsCertificatesThatCanBeRead) {
  EXPECT_THROW(make_curl_transport({.ca_file = folder.path() / "absent.pem"}), StorageError);
}

}  // namespace
}  // namespace pilling
