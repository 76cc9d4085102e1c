using System.Security.Cryptography;
using System.Text;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>Secrets that B makes for itself in the place of those derived from the TDK (DEL-181).</summary>
public sealed record OwnSecrets(string Client, string Server)
{
    public static OwnSecrets Random() => new(Word(), Word());

    /// <summary>Both replaced, as two commands of one message.</summary>
    public Command[] Replacing(string account) =>
        [Dm.Replace(account + "/AppAuth/c/AAuthSecret", Client), Dm.Replace(account + "/AppAuth/s/AAuthSecret", Server)];

    /// <summary>B shows its own secret and expects the device's own from now on.</summary>
    public void Use(ScriptedServer b, string clientName = "dev-42") =>
        (b.ClientInner, b.ServerInner) = (ScriptedServer.Inner(clientName, Encoding.UTF8.GetBytes(Client)), ScriptedServer.Inner(b.ServerName, Encoding.UTF8.GetBytes(Server)));

    private static string Word() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
}

/// <summary>Rotation and finality, step by step.</summary>
public static class Rotating
{
    /// <summary>The account that a delegation made.</summary>
    public static string Account(this Delegating delegation) => "./DMAcc/d-" + delegation.Id;

    /// <summary>B replaces both secrets in one session; the device has them, and B uses them from the next session on.</summary>
    public static OwnSecrets Rotate(this TestDevice device, Delegating delegation)
    {
        var own = OwnSecrets.Random();
        Assert.AreSequenceEqual([200, 200], Given.Statuses(device.Manage(delegation.B, own.Replacing(delegation.Account()))), device.LogText());
        own.Use(device.Servers[delegation.B]);
        return own;
    }
}
