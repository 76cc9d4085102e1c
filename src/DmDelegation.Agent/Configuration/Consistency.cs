using DmDelegation.Engine.Accounts;
using DmDelegation.Platform.Accounts;

namespace DmDelegation.Agent.Configuration;

/// <summary>What single values cannot show: values that must come together, or differ.</summary>
internal static class Consistency
{
    /// <summary>All problems.</summary>
    /// <param name="agent">The configuration.</param>
    /// <param name="originOf">The file that a key stands in.</param>
    public static IEnumerable<ConfigurationProblem> Check(AgentConfiguration agent, Func<string, string> originOf)
    {
        var problems = new List<ConfigurationProblem>();
        void Require(bool condition, string key, string value, string text)
        {
            if (!condition)
                problems.Add(new(originOf(key), key, value, text));
        }

        Require(
            agent.Session.RetryCapSeconds >= agent.Session.RetryBaseSeconds, "session.retryCapSeconds", $"{agent.Session.RetryCapSeconds}",
            $"must not be below session.retryBaseSeconds ({agent.Session.RetryBaseSeconds})");
        // The other way round, the key is a credential (Credentials).
        Require(agent.IdentityKeyFile is null || agent.IdentityCertificateFile is not null, "identity.keyFile", "", "needs identity.certificateFile beside it");
        Require(agent.ClientKeyFile is null || agent.ClientCertificateFile is not null, "tls.clientKeyFile", "", "needs tls.clientCertificateFile beside it");
        foreach (var account in agent.Accounts)
            CheckAccount(Require, agent, account);
        return problems;
    }

    private static void CheckAccount(Action<bool, string, string, string> require, AgentConfiguration agent, AccountSetting account)
    {
        var key = $"{SettingTable.Accounts}[{account.Name}].";
        require(account.ServerId.Length > 0, key + "serverId", "", "is missing");
        require(account.Address.Host.Length > 0, key + "address", "", "is missing");
        require(
            agent.AllowClearHttp || account.Address.Scheme != Uri.UriSchemeHttp, key + "address", account.Address.OriginalString,
            "must be https; http only with tls.allowClearHttp, for tests");
        require(
            agent.Accounts.Count(other => other.ServerId == account.ServerId) == 1 || account.ServerId.Length == 0, key + "serverId", account.ServerId,
            "is used by two accounts, ServerIDs are unique (STD-022)");
        if (account.AuthType == AccountBuilder.Transport)
        {
            require(agent.ClientCertificateFile is not null, key + "authType", AccountBuilder.Transport, "needs tls.clientCertificateFile: TLS alone authenticates then (SEC-040)");
            return;
        }

        require(account.ClientName.Length > 0, key + "clientName", "", "is missing");
        require(account.ClientSecretFile is not null, key + "clientSecretFile", "", "is missing");
        require(account.ServerSecretFile is not null, key + "serverSecretFile", "", "is missing");
    }
}
