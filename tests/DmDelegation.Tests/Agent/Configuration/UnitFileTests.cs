using System.Text.RegularExpressions;
using DmDelegation.Agent.Configuration;
using DmDelegation.Tests.Architecture;

namespace DmDelegation.Tests.Agent.Configuration;

/// <summary>The units and the agent name the same things.</summary>
[TestClass]
public sealed partial class UnitFileTests
{
    private static string[] Of(string file, string key) =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "packaging", "systemd", file)).Where(line => line.StartsWith(key + "=", StringComparison.Ordinal))
            .Select(line => line[(key.Length + 1)..]),
    ];

    [TestMethod]
    public void The_socket_unit_listens_where_the_agent_looks_and_belongs_to_its_group()
    {
        using var folder = new AgentFolder();
        folder.Write("dmagent.json", "{}");
        var agent = ConfigurationReader.Read(folder.Configuration, _ => null).Configuration!;
        CollectionAssert.AreEqual(new[] { agent.ControlSocket }, Of("dmagent.socket", "ListenStream"));
        CollectionAssert.AreEqual(new[] { agent.ControlGroup }, Of("dmagent.socket", "SocketGroup"));
        CollectionAssert.AreEqual(new[] { "0660", "0750", "yes", "dmagent.service" }, new[] { "SocketMode", "DirectoryMode", "RemoveOnStop", "PartOf" }.SelectMany(key => Of("dmagent.socket", key)).ToArray());
        CollectionAssert.AreEqual(new[] { "dmagent.socket" }, Of("dmagent.service", "Sockets"));
        Assert.AreEqual($"/var/lib/{Of("dmagent.service", "StateDirectory").Single()}", agent.StateDirectory);
        Assert.AreEqual($"/run/{Of("dmagent.service", "RuntimeDirectory").Single()}", agent.RuntimeDirectory);
        CollectionAssert.AreEqual(new[] { "yes" }, Of("dmagent.service", "RuntimeDirectoryPreserve"), "the socket lies in it when the service is stopped");
    }

    [TestMethod]
    public void The_units_hand_over_the_credentials_that_the_agent_looks_for_plain_or_sealed()
    {
        string[] wanted = [.. new[] { DmDelegation.Platform.Secrets.DeviceKeyFile.CredentialName, Credentials.IdentityKey, Credentials.ClientKey }.Select(name => $"{name}:dmagent.{name}")];
        CollectionAssert.AreEqual(wanted, Of("dmagent.service", "LoadCredential"));
        CollectionAssert.AreEqual(wanted, Of("dmagent.service.d/encrypted-credentials.conf", "LoadCredentialEncrypted"));
    }

    [TestMethod]
    [DataRow("packaging/doc/configure.md")]
    [DataRow("packaging/systemd/dmagent.service.d/encrypted-credentials.conf")]
    public void Secrets_are_sealed_under_the_name_and_into_the_file_that_the_unit_asks_for(string document)
    {
        var loaded = Of("dmagent.service.d/encrypted-credentials.conf", "LoadCredentialEncrypted");
        var sealing = Sealing().Matches(File.ReadAllText(Repository.FullPath(document)));
        Assert.AreNotEqual(0, sealing.Count, "no systemd-creds encrypt");
        foreach (Match command in sealing)
            CollectionAssert.Contains(loaded, $"{command.Groups["name"].Value}:{command.Groups["file"].Value}", command.Value);
    }

    [GeneratedRegex(@"systemd-creds encrypt .*--name=(?<name>\S+) \S+ /etc/credstore\.encrypted/(?<file>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sealing();
}
