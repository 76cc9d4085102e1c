using DmDelegation.Engine;

namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class ServerAuthenticationTests
{
    private const string Commands =
        "<Replace><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>changed</Data></Item></Replace>"
        + "<Sequence><CmdID>6</CmdID><Get><CmdID>7</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get></Sequence>";

    [TestMethod]
    public void The_right_credential_is_answered_212_with_a_nonce_for_the_next_session_SEC_041()
    {
        var dialogue = Opened().Say(Hdr + Commands, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        Assert.AreEqual(212, dialogue.Statuses[0].Data);
        Assert.AreEqual("syncml:auth-md5", dialogue.Statuses[0].Chal!.Meta.Type);
        Assert.AreEqual("b64", dialogue.Statuses[0].Chal!.Meta.Format);
        Assert.HasCount(16, dialogue.GivenNonce);
        Assert.AreEqual("changed", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void The_nonce_for_the_server_is_stored_when_its_message_is_answered_SEC_050()
    {
        var dialogue = Opened().Say(Hdr + Commands, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        var given = dialogue.GivenNonce;
        CollectionAssert.AreEqual(Dialogue.ServerNonce, dialogue.StoredNonce("s"));
        dialogue.Say(dialogue.HdrStatus(212));
        CollectionAssert.AreEqual(given, dialogue.StoredNonce("s"));
        Assert.IsNull(dialogue.Ended!.Error);
    }

    [TestMethod]
    public void After_212_a_message_without_Cred_is_good_and_one_with_a_wrong_Cred_is_not_SEC_046()
    {
        var dialogue = Opened().Say(Hdr + Commands, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        dialogue.Say(dialogue.HdrStatus(212) + Write("second"));
        Assert.AreEqual("second", dialogue.Leaf("./SCM/x"));
        dialogue.Say(dialogue.HdrStatus(212) + Write("third"), cred: Dialogue.ServerCred(Dialogue.ServerNonce, "wrong"));
        Assert.AreEqual("second", dialogue.Leaf("./SCM/x"));
        Assert.AreEqual(401, dialogue.Statuses[0].Data);
    }

    [TestMethod]
    public void Without_a_credential_every_command_gets_407_and_none_is_executed_SEC_042_SEC_043_STA_011_PRO_054()
    {
        var dialogue = Opened().Say(Hdr + Commands);
        Refused(dialogue, 407);
    }

    [TestMethod]
    public void With_a_wrong_credential_every_command_gets_401_and_none_is_executed_SEC_042_STA_011_PRO_054()
    {
        var dialogue = Opened();
        var before = dialogue.State.Durable;
        dialogue.Say(Hdr + Commands, cred: Dialogue.ServerCred(Dialogue.ServerNonce, "wrong"));
        Refused(dialogue, 401);
        var after = dialogue.State.Durable;
        Assert.AreSame(before.Tree, after.Tree, "nothing is stored from a refused message");
        Assert.AreSame(before.Records, after.Records);
        Assert.HasCount(1, after.ServerOf(Dialogue.Server).NoncesInDoubt, "the nonce of our own challenge is kept (SEC-050)");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void The_further_challenge_has_a_fresh_nonce_and_the_second_failure_is_the_end_SEC_044(bool presented)
    {
        var dialogue = Opened().Say(Hdr + Commands, cred: Dialogue.ServerCred(Dialogue.ServerNonce, "wrong"));
        CollectionAssert.AreNotEqual(Dialogue.ServerNonce, dialogue.GivenNonce);
        dialogue.Say(dialogue.HdrStatus(212) + Commands, cred: presented ? Dialogue.ServerCred(dialogue.GivenNonce, "wrong") : "");
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("server-auth", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void A_server_with_a_stale_nonce_recovers_by_the_further_challenge_SEC_044()
    {
        var dialogue = Opened().Say(Hdr + Commands, cred: Dialogue.ServerCred([1, 2, 3]));
        dialogue.Say(dialogue.HdrStatus(212) + Commands, cred: Dialogue.ServerCred(dialogue.GivenNonce));
        CollectionAssert.AreEqual(new[] { 200, 200, 200 }, dialogue.Codes);
        Assert.AreEqual("changed", dialogue.Leaf("./SCM/x"));
    }

    [TestMethod]
    public void Only_Status_and_no_credential_is_answered_with_nothing_SEC_045()
    {
        var dialogue = Opened().Say(Hdr);
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("server-auth", dialogue.Ended!.Error);
    }

    [TestMethod]
    public void Both_sides_may_challenge_each_other_in_one_message_SEC_006()
    {
        var dialogue = Opened();
        dialogue.Say(dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", "oaGhoaGhoaGhoaGhoaGhoQ==")));
        Assert.AreEqual(407, dialogue.Statuses[0].Data);
        Assert.IsNotNull(dialogue.Statuses[0].Chal);
        Assert.AreEqual("Status Alert Replace", string.Join(' ', dialogue.Sent.Commands.Select(command => command.Name)));
    }

    [TestMethod]
    public void Basic_is_a_wrong_credential_however_right_DEL_171_SEC_011()
    {
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{Dialogue.Server}:{Dialogue.ServerPassword}"));
        Refused(Opened().Say(Hdr + Commands, cred: Dialogue.Cred("syncml:auth-basic", basic)), 401);
    }

    [TestMethod]
    public void Without_a_server_credential_in_the_account_TLS_must_have_verified_the_server_SEC_040()
    {
        var dialogue = new Dialogue().Open();
        dialogue.Transport = new TransportFacts(Tls: true, ServerVerified: false, ClientCertificate: false);
        dialogue.Say(dialogue.HdrStatus(200) + Commands);
        Assert.AreEqual("server-auth", dialogue.Ended!.Error);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
        var verified = new Dialogue().Begin(Commands);
        Assert.AreEqual(200, verified.Statuses[0].Data);
        Assert.AreEqual("changed", verified.Leaf("./SCM/x"));
    }

    private const string Hdr = "<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>212</Data></Status>";

    private static Dialogue Opened() => new Dialogue("DIGEST").Open();

    private static string Write(string value) =>
        $"<Replace><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target><Data>{value}</Data></Item></Replace>";

    private static void Refused(Dialogue dialogue, int code)
    {
        Assert.AreEqual(code, dialogue.Statuses[0].Data);
        Assert.AreEqual("syncml:auth-md5", dialogue.Statuses[0].Chal!.Meta.Type);
        CollectionAssert.AreEqual(new[] { code, code, code }, dialogue.Codes);
        Assert.HasCount(4, dialogue.Sent.Commands);
        Assert.AreEqual("one", dialogue.Leaf("./SCM/x"));
    }
}
