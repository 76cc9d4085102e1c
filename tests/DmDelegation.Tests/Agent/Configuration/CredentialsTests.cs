using DmDelegation.Agent.Configuration;
using DmDelegation.Agent.Startup;
using DmDelegation.Engine.Accounts;
using DmDelegation.Platform.Accounts;

namespace DmDelegation.Tests.Agent.Configuration;

/// <summary>Which secret is a credential of the service manager, in the service and at the command line.</summary>
[TestClass]
public sealed class CredentialsTests
{
    private static ConfigurationReading Read(AgentFolder folder, string? credentials) =>
        ConfigurationReader.Read(folder.Configuration, name => name == "CREDENTIALS_DIRECTORY" ? credentials : null);

    private static (string? Value, string Origin) Shown(ConfigurationReading reading, string key)
    {
        var value = reading.Values.Single(value => value.Key == key);
        return (value.Value.ValueKind == System.Text.Json.JsonValueKind.Undefined ? null : value.Value.GetString(), value.Origin);
    }

    private static string Handed(AgentFolder folder, string name)
    {
        Directory.CreateDirectory(folder.File("credentials"));
        return folder.Write(Path.Combine("credentials", name), new string('k', 32), UnixFileMode.UserRead | UnixFileMode.GroupRead);
    }

    [TestMethod]
    public void The_device_key_is_what_is_configured_else_the_credential_else_the_file_in_the_state_directory()
    {
        using var folder = new AgentFolder();
        Assert.AreEqual(folder.File("state/device.key"), Read(folder, null).Configuration!.DeviceKeyFile);
        Assert.AreEqual(folder.File("state/device.key"), Read(folder, folder.File("credentials")).Configuration!.DeviceKeyFile);

        var handed = Handed(folder, "device-key");
        var reading = Read(folder, folder.File("credentials"));
        Assert.AreEqual(handed, reading.Configuration!.DeviceKeyFile);
        Assert.AreEqual(("credential:device-key", "credential device-key"), Shown(reading, "deviceKeyFile"));

        var dropIn = folder.WriteDropIn("10.json", """{ "deviceKeyFile": "other.key" }""");
        reading = Read(folder, folder.File("credentials"));
        Assert.AreEqual(Path.Combine(Path.GetDirectoryName(dropIn)!, "other.key"), reading.Configuration!.DeviceKeyFile);
        Assert.AreEqual(dropIn, Shown(reading, "deviceKeyFile").Origin);
    }

    [TestMethod]
    public void The_key_of_a_configured_certificate_is_a_credential_unless_a_file_is_configured()
    {
        using var folder = new AgentFolder(more: """ "identity": { "certificateFile": "i.pem" }, "tls": { "clientCertificateFile": "c.pem", "clientKeyFile": "c.key" }, """);
        var outside = Read(folder, null);
        Assert.AreEqual(("credential:identity-key", folder.File("c.key")), (outside.Configuration!.IdentityKeyFile, outside.Configuration.ClientKeyFile));
        Assert.AreEqual(("credential:identity-key", "credential identity-key"), Shown(outside, "identity.keyFile"));
        Assert.AreEqual(("c.key", folder.Configuration), Shown(outside, "tls.clientKeyFile"));
        Assert.AreEqual("credential:identity-key", Read(folder, folder.File("credentials")).Configuration!.IdentityKeyFile, "it is not there");
        var handed = Handed(folder, "identity-key");
        Assert.AreEqual(handed, Read(folder, folder.File("credentials")).Configuration!.IdentityKeyFile);
    }

    [TestMethod]
    public void A_credential_that_is_missing_keeps_the_service_from_starting_and_not_the_command_line_from_reading()
    {
        using var folder = new AgentFolder(more: """ "identity": { "certificateFile": "i.pem" }, """);
        folder.Write("i.pem", "");
        var outside = Read(folder, null);
        Assert.IsNotNull(Settings.Read(outside).Settings);
        StringAssert.Contains(NamedFiles.MissingCredentials(outside, outside.Configuration!).Single().ToString(), "LoadCredential=", StringComparison.Ordinal);

        var inside = Read(folder, folder.File("credentials"));
        StringAssert.Contains(NamedFiles.MissingCredentials(inside, inside.Configuration!).Single().ToString(), "LoadCredential=", StringComparison.Ordinal);
        Handed(folder, "identity-key");
        inside = Read(folder, folder.File("credentials"));
        var (settings, problems) = Settings.Read(inside);
        Assert.IsEmpty(problems);
        Assert.IsFalse(settings!.Warnings.Any(warning => warning.Contains("chmod", StringComparison.Ordinal)), "systemd guards what it hands over");
        Assert.IsEmpty(NamedFiles.MissingCredentials(inside, inside.Configuration!));
    }

    [TestMethod]
    public void Passwords_of_accounts_come_from_credentials_by_any_name()
    {
        using var folder = new AgentFolder();
        folder.WriteDropIn("10.json", """{ "accounts": [ { "name": "a", "clientSecretFile": "credential:a.client", "serverSecretFile": "credential:a.server" } ] }""");
        Handed(folder, "a.client");
        Handed(folder, "a.server");
        var (settings, problems) = Settings.Read(Read(folder, folder.File("credentials")));
        Assert.IsEmpty(problems);
        using var key = new DmDelegation.Engine.Ports.SecretBuffer(32);
        using var vault = new DmDelegation.Platform.Secrets.AesGcmVault(key);
        var state = FactoryState.Build(settings!.Profile, settings.Agent.Accounts, vault, Samples.Now, settings.Options.BuildTime);
        Assert.IsNotNull(AccountList.Find(state.Tree, "a.example")!.Client!.Secret);
        Assert.IsNotNull(Settings.Read(Read(folder, null)).Settings, "the command line needs no password");
    }

    [TestMethod]
    [DataRow("credential:")]
    [DataRow("credential:../x")]
    [DataRow("credential:.x")]
    [DataRow("credential:a/b")]
    [DataRow("credential:a b")]
    public void A_name_that_no_credential_has_is_out_of_range(string name)
    {
        using var folder = new AgentFolder();
        folder.WriteDropIn("10.json", $$"""{ "deviceKeyFile": "{{name}}" }""");
        StringAssert.Contains(Read(folder, folder.Path).Problems.Single().ToString(), "or credential:NAME", StringComparison.Ordinal);
    }
}
