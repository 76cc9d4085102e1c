namespace DmDelegation.Tests.Engine.Session;

[TestClass]
public sealed class ClientAuthenticationTests
{
    private static readonly byte[] N1 = [.. Enumerable.Repeat((byte)0xA1, 16)];
    private static readonly byte[] N2 = [.. Enumerable.Repeat((byte)0xA2, 16)];

    [TestMethod]
    public void A_challenge_leads_back_to_package_1_with_the_new_nonce_PRO_047_SEC_022_SEC_023_SEC_024()
    {
        var dialogue = Challenged();
        var sent = dialogue.Sent;
        Assert.AreEqual("1A", sent.Header.SessionID);
        Assert.AreEqual(2, sent.Header.MsgID);
        Assert.AreEqual("https://s.example/next", sent.Header.Target.LocURI);
        Assert.AreEqual("https://s.example/next", dialogue.Sending!.Uri.ToString());
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, Dialogue.DevicePassword, N1), sent.Header.Cred!.Data);
        Assert.AreEqual("Status Alert Replace", string.Join(' ', sent.Commands.Select(command => command.Name)));
        Assert.IsTrue(sent.Final);
    }

    [TestMethod]
    public void A_nonce_of_a_server_that_is_not_authenticated_is_used_and_not_stored_SEC_028_SEC_029() =>
        CollectionAssert.AreEqual(Dialogue.DeviceNonce, Challenged().StoredNonce("c"));

    [TestMethod]
    public void After_212_no_Cred_is_sent_and_its_nonce_is_stored_for_the_next_session_SEC_020()
    {
        var dialogue = Challenged();
        dialogue.Say(dialogue.HdrStatus(212, Md5Chal(N2)) + Get, cred: Dialogue.ServerCred(dialogue.GivenNonce));
        Assert.IsNull(dialogue.Sent.Header.Cred);
        Assert.AreEqual(3, dialogue.Sent.Header.MsgID);
        CollectionAssert.AreEqual(N2, dialogue.StoredNonce("c"));
        Assert.AreEqual(1, dialogue.Persists);
    }

    [TestMethod]
    public void After_200_the_next_message_carries_the_credentials_again_with_the_new_nonce_SEC_021()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(200, Md5Chal(N1)) + Get, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, Dialogue.DevicePassword, N1), dialogue.Sent.Header.Cred!.Data);
    }

    [TestMethod]
    public void A_401_for_ever_ends_after_two_attempts_SEC_025_SEC_026_SEC_031()
    {
        var dialogue = Challenged();
        dialogue.Say(dialogue.HdrStatus(401, Md5Chal(N2)));
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual("client-auth", dialogue.Ended!.Error);
        CollectionAssert.AreEqual(Dialogue.DeviceNonce, dialogue.StoredNonce("c"));
        Assert.AreEqual(0, dialogue.Persists);
    }

    [TestMethod]
    [DataRow(401)]
    [DataRow(407)]
    public void A_refusal_without_a_challenge_ends_the_session_SEC_022(int code)
    {
        var dialogue = new Dialogue("DIGEST").Open();
        Assert.AreEqual("client-auth", dialogue.Say(dialogue.HdrStatus(code)).Ended!.Error);
    }

    [TestMethod]
    [DataRow("DIGEST", "syncml:auth-basic", "downgrade")]
    [DataRow("HMAC", "syncml:auth-md5", "downgrade")]
    [DataRow("HMAC", "syncml:auth-basic", "downgrade")]
    [DataRow("DIGEST", "syncml:auth-X509", "auth-type")]
    [DataRow("TRANSPORT", "syncml:auth-md5", "auth-type")]
    public void Another_type_than_the_accounts_is_not_answered_SEC_009_SEC_011(string account, string type, string error)
    {
        var dialogue = new Dialogue(account).Open();
        dialogue.Say(dialogue.HdrStatus(407, Dialogue.Chal(type, "oaGhoaGhoaGhoaGhoaGhoQ==")));
        Assert.IsNull(dialogue.Sending);
        Assert.AreEqual(error, dialogue.Ended!.Error);
    }

    [TestMethod]
    public void A_nonce_without_Format_is_tolerated_SEC_030()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", Convert.ToBase64String(N1), format: "")));
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, Dialogue.DevicePassword, N1), dialogue.Sent.Header.Cred!.Data);
    }

    [TestMethod]
    public void A_text_nonce_means_its_octets()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        dialogue.Say(dialogue.HdrStatus(401, Dialogue.Chal("syncml:auth-md5", "not base64!")));
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, Dialogue.DevicePassword, "not base64!"u8.ToArray()), dialogue.Sent.Header.Cred!.Data);
    }

    [TestMethod]
    [DataRow(500, "status-500")]
    [DataRow(403, "status-403")]
    public void Any_other_refusal_of_the_header_ends_the_session_STA_015(int code, string error)
    {
        var dialogue = new Dialogue().Open();
        Assert.AreEqual(error, dialogue.Say(dialogue.HdrStatus(code)).Ended!.Error);
    }

    [TestMethod]
    public void A_changed_password_is_used_from_the_next_session_on_SEC_010()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        const string Rotate = "<Replace><CmdID>7</CmdID><Item><Target><LocURI>./DMAcc/s/AppAuth/c/AAuthSecret</LocURI></Target><Data>new-secret</Data></Item></Replace>";
        dialogue.Say(dialogue.HdrStatus(200, Md5Chal(N1)) + Rotate, cred: Dialogue.ServerCred(Dialogue.ServerNonce));
        CollectionAssert.AreEqual(new[] { 200 }, dialogue.Codes);
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, Dialogue.DevicePassword, N1), dialogue.Sent.Header.Cred!.Data);
        dialogue.Say(dialogue.HdrStatus(212)).Open();
        Assert.AreEqual(Dialogue.Md5(Dialogue.DeviceName, "new-secret", N1), dialogue.Sent.Header.Cred!.Data);
    }

    private const string Get = "<Get><CmdID>5</CmdID><Item><Target><LocURI>./SCM/x</LocURI></Target></Item></Get>";

    private static string Md5Chal(byte[] nonce) => Dialogue.Chal("syncml:auth-md5", Convert.ToBase64String(nonce));

    // The flow of security.md 4.1 as far as C2.
    private static Dialogue Challenged()
    {
        var dialogue = new Dialogue("DIGEST").Open();
        return dialogue.Say(
            dialogue.HdrStatus(401, Md5Chal(N1)) + Dialogue.StatusOf(1, "1", "Alert", 401) + Dialogue.StatusOf(1, "2", "Replace", 401),
            respUri: "https://s.example/next");
    }
}
