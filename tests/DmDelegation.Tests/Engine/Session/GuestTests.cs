using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Engine.Session;

/// <summary>A server whose account a delegation made.</summary>
[TestClass]
public sealed class GuestTests
{
    private static readonly byte[] C1 = [.. Enumerable.Repeat((byte)0xC1, 16)];

    [TestMethod]
    [DataRow("syncml:auth-basic")]
    [DataRow("syncml:auth-md5")]
    public void A_challenge_for_a_weaker_scheme_ends_the_session_and_no_credential_goes_out_DEL_171_DEL_172(string type)
    {
        var dialogue = Guest().Open();
        dialogue.Say(dialogue.HdrStatus(407, Dialogue.Chal(type, Convert.ToBase64String(C1))));
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("downgrade", dialogue.Ended!.Error);
        Assert.AreEqual(0, BadAttempts(dialogue));
    }

    [TestMethod]
    [DataRow("HMAC", "syncml:auth-basic")]
    [DataRow("HMAC", "syncml:auth-md5")]
    [DataRow("DIGEST", "syncml:auth-basic")]
    public void A_credential_of_another_scheme_ends_the_session_DEL_171(string account, string offered)
    {
        var dialogue = Guest(account).Open();
        dialogue.Say(dialogue.HdrStatus(200, MacChal), cred: Dialogue.Cred(offered, "AAAA"), mac: Dialogue.ServerMac(Dialogue.ServerNonce));
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("downgrade", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void An_account_without_credentials_is_not_used_however_good_TLS_is_DEL_173()
    {
        var dialogue = Guest("TRANSPORT").Open();
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("credentials", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void TLS_on_both_sides_does_not_stand_in_for_the_credential_DEL_173()
    {
        var dialogue = Guest().Open();
        dialogue.Transport = new(Tls: true, ServerVerified: true, ClientCertificate: true);
        dialogue.Say(dialogue.HdrStatus(200, MacChal) + Get);
        Assert.AreEqual(407, dialogue.Statuses[0].Data);
        CollectionAssert.AreEqual(new[] { 407 }, dialogue.Codes);
    }

    [TestMethod]
    public void A_server_that_does_not_say_that_it_accepts_the_device_gets_no_further_DEL_173()
    {
        var dialogue = Guest("DIGEST").Open();
        dialogue.Say(Get, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        Assert.AreEqual("client-auth", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_wrong_credential_counts_once_after_the_further_challenge_has_failed_DEL_184()
    {
        var dialogue = Guest("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(212) + Get, cred: Dialogue.ServerCred(Dialogue.ServerNonce, "wrong"));
        Assert.AreEqual(0, BadAttempts(dialogue));
        dialogue.Say(dialogue.HdrStatus(212) + Get, cred: Dialogue.ServerCred(dialogue.GivenNonce, "wrong"));
        Assert.AreEqual("server-auth", dialogue.Ended!.Error);
        Assert.AreEqual(1, BadAttempts(dialogue));
        Assert.AreEqual(1, dialogue.Persists);
    }

    [TestMethod]
    public void No_credential_at_all_does_not_count_DEL_184()
    {
        var dialogue = Guest("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(212) + Get);
        dialogue.Say(dialogue.HdrStatus(212) + Get);
        Assert.AreEqual("server-auth", dialogue.Ended!.Error);
        Assert.AreEqual(0, BadAttempts(dialogue));
    }

    [TestMethod]
    public void Its_alerts_wait_until_it_is_authenticated_DEL_231()
    {
        var dialogue = Guest("DIGEST", state => state with
        {
            Outbox = state.Outbox.Add(1, new OutboxEntry(1, "k", Dialogue.Server, "7QK2", "Session", "informational", "", "<Delegation/>", 0, state.Clock.HighWater)),
        }).Open();
        Assert.AreEqual("Alert Replace", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        dialogue.Say(dialogue.HdrStatus(212), cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        Assert.AreEqual("Status Alert", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
        Assert.AreEqual(1226, ((Alert)dialogue.Sent.Commands[1]).Code);
        Assert.IsTrue(dialogue.Sent.Final);
    }

    [TestMethod]
    [DataRow("https://other.example/dm")]
    [DataRow("http://s.example/dm")]
    public void A_RespURI_elsewhere_ends_the_session_DEL_336(string respUri)
    {
        var dialogue = Guest("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(212) + Get, cred: Dialogue.ServerCred(Dialogue.ServerNonce), respUri: respUri);
        Assert.AreEqual("resp-uri", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void Its_messages_are_pinned_and_stay_on_its_host_DEL_093_DEL_336()
    {
        var dialogue = Guest("DIGEST").Open();
        Assert.AreEqual("s.example", dialogue.Sending!.GuestOfHost);
        CollectionAssert.AreEqual(Pin, dialogue.Sending.Pins.ToArray());
        Assert.IsNull(new Dialogue().Open().Sending!.GuestOfHost);
    }

    [TestMethod]
    public void A_clear_address_is_not_used_DEL_093()
    {
        var dialogue = Guest("DIGEST", address: "http://s.example/dm").Open();
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("address", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void After_the_end_of_its_record_commands_get_425_and_the_session_is_aborted_DEL_217_PRO_111_PRO_112()
    {
        var dialogue = Guest("DIGEST").Open();
        const string Relinquish = "<Exec><CmdID>6</CmdID><Item><Target><LocURI>./Delegation/7QK2/Operations/Relinquish</LocURI></Target></Item></Exec>";
        dialogue.Say(dialogue.HdrStatus(212) + Relinquish + Get, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        CollectionAssert.AreEqual(new[] { 200, 425 }, dialogue.Codes);
        Assert.AreEqual(1223, ((Alert)dialogue.Sent.Commands[^1]).Code);
        Assert.IsTrue(dialogue.Sent.Final);
        CollectionAssert.AreEqual(Pin, dialogue.Sending!.Pins.ToArray(), "the farewell is pinned as well");
        dialogue.Say(dialogue.HdrStatus(212) + Get);
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("aborted", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_wrong_proof_counts_inside_an_Atomic_too_DEL_184_DEL_092()
    {
        var dialogue = Guest("DIGEST").Open();
        const string Confirm = "<Exec><CmdID>6</CmdID><Item><Target><LocURI>./Delegation/7QK2/Operations/Confirm</LocURI></Target><Data>AAAA</Data></Item></Exec>";
        dialogue.Say(dialogue.HdrStatus(212) + $"<Atomic><CmdID>5</CmdID>{Confirm}</Atomic>", cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        CollectionAssert.AreEqual(new[] { 507, 403 }, dialogue.Codes);
        Assert.AreEqual(1, BadAttempts(dialogue));
    }

    private const string Get = "<Get><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>";

    private static readonly byte[] Pin = [.. Enumerable.Repeat((byte)0x77, 32)];

    private static string MacChal => Dialogue.Chal("syncml:auth-MAC", Convert.ToBase64String(C1));

    private static int BadAttempts(Dialogue dialogue) => dialogue.State.Durable.Records["7QK2"].Grant!.BadAttempts;

    private static Dialogue Guest(string authType = "HMAC", Func<AgentState, AgentState>? more = null, string address = Dialogue.Address) =>
        new(authType, address: address, state: state => (more ?? (same => same))(state with { Records = state.Records.Add("7QK2", Pending(state)) }));

    // Pending, to be confirmed by Exec, so that the login alone changes nothing.
    private static DelegationRecord Pending(AgentState state) => new()
    {
        Id = "7QK2",
        By = "a.example",
        State = DelegationState.Pending,
        StartedAt = state.Clock.HighWater,
        Grant = new DelegationGrant
        {
            To = Dialogue.Server,
            ScopeType = ScopeType.Partial,
            DurationType = DurationType.UntilRevoked,
            Exclusive = true,
            Scope = [],
            ConfirmMode = ConfirmMode.Exec,
            WindowSeconds = 3600,
            BindingHash = new byte[32],
            Check = new byte[8],
            Account = AccountList.Find(state.Tree, Dialogue.Server)!.Node,
            AccountMade = true,
            Pins = Pin,
            Window = ElapsedTime.Start(new ClockReading(state.Clock.HighWater, true, 1_000_000, "boot-1"), 0),
        },
    };
}
