// Weir
// SPDX-License-Identifier: Apache-2.0

package import Alerting
import ConfigTree
import CurlTransport
package import WeirPorts

/// Tells people by mail, through a mail server that takes it from here.
package struct EmailNotifier: Notifier {
    package let receiver: String
    package var channel: String { Configuration.channel }
    let configuration: Configuration
    let traffic: ChannelTraffic

    package init(receiver: String, configuration: Configuration, traffic: ChannelTraffic) {
        self.receiver = receiver
        self.configuration = configuration
        self.traffic = traffic
    }

    package func deliver(
        _ notification: AlertNotification, handle: String?
    ) async -> DeliveryOutcome {
        do throws(MailError) {
            let reply = try await self.traffic.mail.send(self.request(notification))
            return MailJudgement.outcome(reply, notice: self.traffic.notice)
        } catch {
            return MailJudgement.outcome(error)
        }
    }

    func request(_ notification: AlertNotification) -> MailRequest {
        let settings = self.configuration
        let message = EmailMessage(
            notification, settings.parties, externalURL: self.traffic.externalURL,
            bytesMax: settings.bytesMax)
        let credentials = settings.username.map { username in
            MailRequest.Credentials(
                username: username, password: settings.password?.reveal() ?? "")
        }
        return MailRequest(
            host: settings.server.host, port: settings.server.port,
            encryption: settings.encryption, credentials: credentials, hello: settings.hello,
            sender: settings.parties.from.address,
            recipients: settings.parties.to.map(\.address), message: message.bytes,
            // What is "connecting" here includes the greeting, which some servers hold back on purpose.
            connectTimeout: self.traffic.timeouts.total,
            totalTimeout: self.traffic.timeouts.total, caFile: settings.caFile)
    }
}
