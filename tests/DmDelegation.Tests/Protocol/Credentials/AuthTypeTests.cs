using DmDelegation.Protocol;

namespace DmDelegation.Tests.Protocol.Credentials;

[TestClass]
public sealed class AuthTypeTests
{
    [TestMethod]
    [DataRow("syncml:auth-basic", "BASIC")]
    [DataRow("syncml:auth-md5", "DIGEST")]
    [DataRow("syncml:auth-MAC", "HMAC")]
    public void The_names_on_the_wire_and_in_the_tree_belong_together(string metaType, string aAuthType)
    {
        Assert.AreEqual(aAuthType, AuthType.ToAAuthType(metaType));
        Assert.AreEqual(aAuthType, AuthType.ToAAuthType(metaType.ToLowerInvariant()));
        Assert.AreEqual(metaType, AuthType.FromAAuthType(aAuthType));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("syncml:auth-X509")]
    [DataRow("HTTP-BASIC")]
    [DataRow("TRANSPORT")]
    public void Every_other_type_is_not_supported_SEC_009(string? name)
    {
        Assert.IsNull(AuthType.ToAAuthType(name));
        Assert.IsNull(AuthType.FromAAuthType(name));
    }
}
