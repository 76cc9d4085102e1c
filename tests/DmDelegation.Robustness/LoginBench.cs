using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Ports;
using DmDelegation.Platform.Secrets;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Robustness;

/// <summary>
/// What a failed login costs with a known user name and with an unknown one (S-088, DEL-187). That both do the same work is tested; here the
/// time of it can be looked at. The rounds alternate, so that a drift of the machine falls on both.
/// </summary>
internal static class LoginBench
{
    private const int Rounds = 20;
    private const int LoginsPerRound = 2_000;

    private static readonly DateTimeOffset Time = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run(TextWriter output)
    {
        using var key = SecretBuffer.CopyOf(RandomNumberGenerator.GetBytes(32));
        using var vault = new AesGcmVault(key);
        var account = Account(vault);
        var known = new HmacHeader("b.example", Convert.ToBase64String(new byte[16]));
        var unknown = known with { Username = "x.example" };
        var (best, times) = ((Known: double.MaxValue, Unknown: double.MaxValue), new List<double>(Rounds));
        for (var round = 0; round < Rounds; round++)
        {
            var knownFirst = round % 2 == 0;
            var first = Measure(vault, account, knownFirst ? known : unknown);
            var second = Measure(vault, account, knownFirst ? unknown : known);
            var (one, other) = knownFirst ? (first, second) : (second, first);
            best = (Math.Min(best.Known, one), Math.Min(best.Unknown, other));
            times.Add(other - one);
        }

        times.Sort();
        output.WriteLine($"failed login: wrong secret {best.Known,6:F0} ns, unknown name {best.Unknown,6:F0} ns; median of the differences {times[Rounds / 2],6:F0} ns");
    }

    private static double Measure(IVault vault, AppAuth account, HmacHeader header)
    {
        ImmutableArray<ReadOnlyMemory<byte>> nonces = [new byte[16]];
        var body = new byte[1024];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < LoginsPerRound; i++)
        {
            AccountCredentials.IsMac(vault, account, nonces, body, header);
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / LoginsPerRound;
    }

    private static AppAuth Account(IVault vault)
    {
        var tree = new TreeTransaction(ManagementTree.Empty(Acl.Parse("Add=*&Get=*"), Time), Time);
        tree.Add(NodeId.Root, NodeSpec.InteriorNode("DMAcc"));
        using var secret = AccountSecret.OfPassword("b.example", Encoding.ASCII.GetBytes(new string('s', 43)));
        using var client = AccountSecret.OfPassword("dev-42", Encoding.ASCII.GetBytes(new string('c', 43)));
        AccountBuilder.Add(
            tree, new TreeDescription(StandardDescriptions.DMAcc), vault,
            new AccountSpec("b", "b.example", "https://b.example/dm") { ServerName = "b.example", ClientName = "dev-42", Acl = Acl.Parse("Get=b.example") },
            client, null, secret, null);
        return AccountList.Find(tree.Current, "b.example")!.Server!;
    }
}
