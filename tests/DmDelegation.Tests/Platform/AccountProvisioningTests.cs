using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Platform;
using DmDelegation.Platform.Accounts;
using DmDelegation.Platform.Secrets;
using DmDelegation.Platform.Store;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Platform;

[TestClass]
public sealed class AccountProvisioningTests
{
    private static readonly DateTimeOffset Built = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ClockReading Now = new(Built.AddYears(4), false, 5000, "boot");

    private static AesGcmVault Vault() => new(new SecretBuffer(DeviceKeyFile.KeyOctets));

    private static AccountSetting Setting(TemporaryFolder folder) => new()
    {
        Name = "a",
        ServerId = "a.example",
        Address = new Uri("https://a.example/dm"),
        ClientName = "dev-42",
        ClientSecretFile = folder.Write("client", "client password\n"),
        ServerSecretFile = folder.Write("server", "server password"),
    };

    private static AgentState Build(AesGcmVault vault, params AccountSetting[] settings) =>
        FactoryState.Build(ProfileTests.Read(ProfileTests.Good), settings, vault, Now, Built);

    private static string Opened(AesGcmVault vault, Node leaf)
    {
        Assert.IsTrue(leaf.IsSecret);
        using var secret = vault.Open("node:" + leaf.Id.Value, leaf.Value.Span);
        Assert.AreEqual(0, secret!.Octets[0]);
        return Encoding.UTF8.GetString(secret.Octets[1..]);
    }

    [TestMethod]
    public void An_account_has_the_layout_of_7_2_and_its_passwords_are_sealed_DEL_142_DEL_190_STD_011_STD_023()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var tree = Build(vault, Setting(folder)).Tree;
        var account = AccountList.Find(tree, "a.example")!;
        Assert.AreEqual("./DMAcc/a", account.Path.ToString());
        Assert.AreEqual("https://a.example/dm HMAC", $"{account.Address} {account.AuthPref}");
        Assert.AreEqual("HMAC dev-42", $"{account.Client!.Type} {account.Client.Name}");
        Assert.AreEqual("HMAC a.example", $"{account.Server!.Type} {account.Server.Name}");
        Assert.AreEqual("client password", Opened(vault, account.Client.Secret!));
        Assert.AreEqual("server password", Opened(vault, account.Server.Secret!));
        Assert.AreEqual("w7", Encoding.UTF8.GetString(tree.Find(NodePath.Parse("./DMAcc/a/AppID"))!.Value.Span));
        Assert.AreEqual(Acl.Parse("Get=a.example&Replace=a.example&Delete=a.example"), tree.Find(account.Path)!.Acl);
        Assert.IsFalse(account.Client.Secret!.Access.HasFlag(AccessTypes.Get), "no Get on secrets (STD-018)");
    }

    [TestMethod]
    public void An_account_of_type_TRANSPORT_has_no_credentials()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var setting = Setting(folder) with { AuthType = "TRANSPORT", ClientSecretFile = null, ServerSecretFile = null, Acl = "Get=a.example" };
        var account = AccountList.Find(Build(vault, setting).Tree, "a.example")!;
        Assert.IsNull(account.Client);
        Assert.IsNull(account.Server);
    }

    [TestMethod]
    public void The_first_state_believes_no_clock_that_nobody_vouches_for_and_goes_into_the_store_DEL_201_DEL_205()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var state = Build(vault, Setting(folder));
        Assert.AreEqual(new ClockMarks(Built, "boot", 5000, Now.Wall), state.Clock);
        Assert.AreEqual("urn:x:1", state.Device.DevId);
        var trusted = FactoryState.Build(ProfileTests.Read(ProfileTests.Good), [], vault, Now with { WallTrusted = true }, Built);
        Assert.AreEqual(Now.Wall, trusted.Clock.HighWater);

        using (var store = AgentStore.Open(folder.File("state")))
        {
            store.Load();
            store.Commit(null, state);
        }

        using var again = AgentStore.Open(folder.File("state"));
        var account = AccountList.Find(again.Load()!.Tree, "a.example")!;
        Assert.AreEqual("client password", Opened(vault, account.Client!.Secret!));
        Assert.IsTrue(Directory.GetFiles(folder.File("state")).All(file => File.ReadAllBytes(file).AsSpan().IndexOf("password"u8) < 0));
    }

    [TestMethod]
    public void Later_starts_only_report_what_differs()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var setting = Setting(folder);
        var state = Build(vault, setting, setting with { Name = "b", ServerId = "b.example" });
        Assert.IsEmpty(AccountProvisioning.Differences(state, [setting, setting with { Name = "b", ServerId = "b.example" }]));
        var told = AccountProvisioning.Differences(state, [setting with { ClientName = "other" }, setting with { Name = "c" }]).ToArray();
        Assert.AreEqual(3, told.Length);
        StringAssert.StartsWith(told[0], "account a: changed");
        StringAssert.StartsWith(told[1], "account c: new");
        StringAssert.StartsWith(told[2], "account b: no longer");
    }

    [TestMethod]
    public void Accounts_that_are_configured_after_a_start_without_any_are_the_first_and_added_once()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var (setting, empty) = (Setting(folder), Build(vault));
        StringAssert.Contains(AccountProvisioning.Differences(empty, [setting]).Single(), "the next start adds it", StringComparison.Ordinal);
        Assert.IsNull(AccountProvisioning.AddFirst(empty, [], vault));

        var first = AccountProvisioning.AddFirst(empty, [setting], vault)!;
        var account = AccountList.Find(first.Tree, "a.example")!;
        Assert.AreEqual("client password", Opened(vault, account.Client!.Secret!));
        Assert.AreEqual(AccountProvisioning.HashOf(setting), first.Device.ProvisionedAccounts["a"]);
        Assert.IsNull(AccountProvisioning.AddFirst(first, [setting with { Name = "b", ServerId = "b.example" }], vault), "they were the first");
        var broken = setting with { ClientSecretFile = folder.File("none") };
        Assert.AreEqual("secret-file", Assert.ThrowsExactly<PlatformException>(() => AccountProvisioning.AddFirst(empty, [setting, broken with { Name = "b", ServerId = "b.example" }], vault)).Code);
    }

    [TestMethod]
    public void A_device_that_had_an_account_or_a_delegation_is_not_given_accounts_by_its_configuration()
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var (setting, empty, one) = (Setting(folder), Build(vault), Build(vault, Setting(folder)));
        var tombstone = new Tombstone("X", default, "a.example", "b.example", DelegationState.Revoked, 0, Built, null, Built, default, 1);
        AgentState[] used =
        [
            one with { Tree = empty.Tree }, // a server deleted the one it had
            empty with { Tree = one.Tree },
            empty with { Records = empty.Records.Add("X", new DelegationRecord { Id = "X", By = "a.example" }) },
            empty with { Tombstones = empty.Tombstones.Add("X", tombstone) },
        ];
        foreach (var state in used)
            Assert.IsNull(AccountProvisioning.AddFirst(state, [setting with { Name = "c", ServerId = "c.example" }], vault));
    }

    [TestMethod]
    public void Every_setting_that_goes_into_the_tree_changes_the_hash_and_no_other()
    {
        using var folder = new TemporaryFolder();
        var setting = Setting(folder);
        AccountSetting[] different =
        [
            setting, setting with { ServerId = "b.example" }, setting with { Address = new Uri("https://a.example/dm2") }, setting with { AuthType = "DIGEST" },
            setting with { ClientName = "x" }, setting with { ServerName = "x" }, setting with { Acl = "Get=a.example" },
            setting with { ClientName = "dev-42a.e", ServerName = "xample" },
        ];
        Assert.AreEqual(different.Length, different.Select(AccountProvisioning.HashOf).Distinct().Count());
        Assert.AreEqual(AccountProvisioning.HashOf(setting), AccountProvisioning.HashOf(setting with { PollIntervalSeconds = 5, ServerName = "a.example" }));
    }

    [TestMethod]
    [DataRow("name")]
    [DataRow("serverId")]
    [DataRow("authType")]
    [DataRow("acl")]
    [DataRow("clientSecretFile")]
    [DataRow("twice")]
    public void A_wrong_account_is_a_typed_error_that_names_it(string what)
    {
        using var folder = new TemporaryFolder();
        using var vault = Vault();
        var good = Setting(folder);
        AccountSetting[] settings = what switch
        {
            "name" => [good with { Name = "a/b" }],
            "serverId" => [good with { ServerId = "a b", Acl = "Get=*" }],
            "authType" => [good with { AuthType = "BASIC" }],
            "acl" => [good with { Acl = "Get=" }],
            "clientSecretFile" => [good with { ClientSecretFile = null }],
            _ => [good, good with { Name = "b" }],
        };
        var fault = Assert.ThrowsExactly<PlatformException>(() => Build(vault, settings));
        Assert.AreEqual("account-invalid", fault.Code);
        StringAssert.Contains(fault.Message, what == "twice" ? "account b" : what);
    }
}
