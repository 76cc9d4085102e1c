using System.Security.Cryptography.X509Certificates;
using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Queries;
using DmDelegation.Agent.Support;
using DmDelegation.Platform;
using DmDelegation.Platform.Cms;

namespace DmDelegation.Agent.Checks;

/// <summary>Every certificate that the configuration names: whether it can be read, fits its key, and how long it is valid.</summary>
internal static class CertificateCheck
{
    /// <summary>The check.</summary>
    public static Check Check { get; } = Check.AtOnce("certificates", Run);

    private static void Run(CheckContext context, Findings findings)
    {
        var agent = context.Agent;
        var now = context.CertificateTime;
        var any = false;
        foreach (var (key, file) in Anchors(agent))
        {
            any = true;
            With(key, file, findings, () =>
            {
                foreach (var anchor in Certificates.LoadAnchors(file))
                    Life(key, anchor, now, findings);
            });
        }

        foreach (var (key, certificate, keyFile) in Pairs(agent))
        {
            any = true;
            With(key, certificate, findings, () => Certificates.LoadAnchors(certificate).ToList().ForEach(one => Life(key, one, now, findings)));
            With(key, keyFile, findings, () => Fits(key, certificate, keyFile, findings));
        }

        if (!any)
            findings.Ok("none", "the configuration names none: servers' certificates must lead to an anchor of the system");
    }

    private static IEnumerable<(string Key, string File)> Anchors(AgentConfiguration agent) =>
        new[] { ("tls.trustAnchorsFile", agent.TrustAnchorsFile), ("voucherAnchorsFile", agent.VoucherAnchorsFile) }
            .Concat(agent.Accounts.Select(account => ($"{SettingTable.Accounts}[{account.Name}].voucherAnchorsFile", account.VoucherAnchorsFile)))
            .Where(named => named.Item2 is not null).Select(named => (named.Item1, named.Item2!));

    private static IEnumerable<(string Key, string Certificate, string KeyFile)> Pairs(AgentConfiguration agent)
    {
        if (agent is { IdentityCertificateFile: { } identity, IdentityKeyFile: { } identityKey })
            yield return ("identity", identity, identityKey);
        if (agent is { ClientCertificateFile: { } client, ClientKeyFile: { } clientKey })
            yield return ("tls.clientCertificateFile", client, clientKey);
    }

    private static void Fits(string key, string certificate, string keyFile, Findings findings)
    {
        if (key == "identity")
        {
            using var identity = DeviceKey.Load(certificate, keyFile);
            if (identity.CanUnwrap)
                findings.Ok("key", $"{key}: the key fits the certificate");
            else
                findings.Warning("not-rsa", $"{key}: the key is not RSA, so delegation keys of method cms are not taken", "use an RSA key of 2048 bits or more");
            return;
        }

        using var pair = Certificates.LoadWithKey(certificate, keyFile);
        findings.Ok("key", $"{key}: the key fits the certificate");
    }

    private static void With(string key, string file, Findings findings, Action look)
    {
        try
        {
            if (Credentials.IsName(file))
                findings.Skipped("credential", $"{key}: {file} is seen by the service and by root only", "run it as root while the agent runs");
            else if (PathAccess.IsBarred(file) || !IsReadable(file))
                findings.Skipped("barred", $"{key}: {file} cannot be read by this user", "run it as root");
            else
                look();
        }
        catch (PlatformException fault)
        {
            findings.Error(fault.Code == "identity-key" ? "key-short" : "unusable", $"{key}: {fault.Message}", "put the right file there");
        }
    }

    private static bool IsReadable(string file)
    {
        try
        {
            File.OpenHandle(file).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // It is not there, or cannot be read: whoever loads it says so.
            return true;
        }
    }

    private static void Life(string key, X509Certificate2 certificate, DateTimeOffset now, Findings findings)
    {
        using (certificate)
        {
            var (from, to) = (new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
            var days = (long)(to - now).TotalDays;
            var what = $"{key}: {certificate.Subject}";
            if (now > to)
                findings.Error("expired", $"{what} expired at {StatusQuery.TimeText(to)}", "renew it");
            else if (now < from)
                findings.Error("not-yet", $"{what} is valid from {StatusQuery.TimeText(from)}", "set the clock right, or use one that is valid");
            else if (days < CheckContext.ExpiryDaysWorthAWarning)
                findings.Warning("expiring", $"{what} expires at {StatusQuery.TimeText(to)}, in {days} days", "renew it");
            else
                findings.Ok("valid", $"{what} is valid until {StatusQuery.TimeText(to)}, {days} days");
        }
    }
}
