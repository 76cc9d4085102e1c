using System.Xml.Linq;

namespace DmDelegation.Tests.Architecture;

/// <summary>Tree, Protocol and Engine touch no file, socket, clock, thread, environment or randomness.</summary>
[TestClass]
public sealed class PureProjectTests
{
    /// <summary>The only assemblies of the framework that a pure project has use for; none opens anything by itself but System.Runtime.</summary>
    private static readonly string[] AllowedAssemblies =
    [
        "System.Runtime", "System.Runtime.InteropServices", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory",
        "System.Security.Cryptography", "System.Text.Encoding.Extensions", "System.Text.Json", "System.Xml.ReaderWriter",
        "DmDelegation.Tree", "DmDelegation.Protocol",
    ];

    private static readonly string[] BannedNamespaces =
    [
        "System.IO.Pipes.", "System.IO.MemoryMappedFiles.", "System.IO.IsolatedStorage.", "System.Net.", "System.Threading.Tasks.", "System.Diagnostics.Process",
        "System.Timers.", "Microsoft.Win32.",
    ];

    private static readonly HashSet<string> BannedTypes = new(StringComparer.Ordinal)
    {
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.FileSystemInfo", "System.IO.Directory", "System.IO.DirectoryInfo",
        "System.IO.DriveInfo", "System.IO.Path", "System.IO.RandomAccess", "System.IO.FileSystemWatcher",
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.PeriodicTimer", "System.Threading.Monitor",
        "System.Threading.Lock", "System.Threading.Mutex", "System.Threading.Semaphore", "System.Threading.SemaphoreSlim",
        "System.Threading.ManualResetEvent", "System.Threading.ManualResetEventSlim", "System.Threading.AutoResetEvent", "System.Threading.EventWaitHandle",
        "System.Threading.ReaderWriterLockSlim", "System.Threading.SpinWait", "System.Threading.Volatile", "System.Threading.ThreadLocal`1", "System.Threading.AsyncLocal`1",
        "System.Console", "System.AppContext", "System.AppDomain", "System.Diagnostics.Stopwatch", "System.TimeZoneInfo", "System.TimeProvider",
        "System.Random", "System.Security.Cryptography.RandomNumberGenerator",
        "System.Security.Cryptography.X509Certificates.X509Chain", "System.Security.Cryptography.X509Certificates.X509Store",
        "System.Runtime.InteropServices.NativeLibrary", "System.Reflection.Assembly",
    };

    /// <summary>Members of types that are otherwise of use; an entry that ends in a dot bans the whole type.</summary>
    private static readonly string[] BannedMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.DateTime.ToLocalTime", "System.DateTimeOffset.ToLocalTime", "System.DateTimeOffset.get_LocalDateTime",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.Security.Cryptography.SymmetricAlgorithm.GenerateKey",
        "System.Security.Cryptography.SymmetricAlgorithm.GenerateIV", "System.Environment.",
    ];

    /// <summary>The compiler writes it into every iterator; it decides nothing.</summary>
    private const string IteratorsOwn = "System.Environment.get_CurrentManagedThreadId";

    [TestMethod]
    [DataRow("DmDelegation.Tree")]
    [DataRow("DmDelegation.Protocol")]
    [DataRow("DmDelegation.Engine")]
    public void A_pure_project_references_no_assembly_that_does_input_or_output(string project) =>
        Repository.AssertNone(AssemblyMetadata.Of(project).Assemblies.Except(AllowedAssemblies), $"{project} references:");

    [TestMethod]
    [DataRow("DmDelegation.Tree")]
    [DataRow("DmDelegation.Protocol")]
    [DataRow("DmDelegation.Engine")]
    public void A_pure_project_calls_no_file_socket_clock_thread_environment_or_randomness(string project) =>
        Repository.AssertNone(Banned(AssemblyMetadata.Of(project)), $"{project} uses:");

    [TestMethod]
    public void The_search_for_banned_calls_finds_those_of_a_project_that_may_make_them()
    {
        var found = Banned(AssemblyMetadata.Of("DmDelegation.Platform")).ToList();
        Assert.Contains("System.IO.File", found);
        Assert.Contains("System.Net.Http.HttpRequestMessage", found);
        Assert.Contains("System.Security.Cryptography.RandomNumberGenerator", found);
        Assert.IsTrue(found.Any(name => name.StartsWith("native ", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("DmDelegation.Tree")]
    [DataRow("DmDelegation.Protocol")]
    [DataRow("DmDelegation.Engine")]
    public void A_pure_project_is_watched_by_the_banned_api_analyzer(string project)
    {
        var file = XDocument.Load(Repository.FullPath($"src/{project}/{project}.csproj"));
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Includes(file, "PackageReference"));
        Assert.Contains("../BannedSymbols.Pure.txt", Includes(file, "AdditionalFiles"));
        Repository.AssertNone(
            Repository.Sources($"src/{project}").Where(source => File.ReadAllText(Repository.FullPath(source)).Contains("RS0030", StringComparison.Ordinal)),
            "the analyzer is silenced in:");
    }

    private static IEnumerable<string> Banned(AssemblyMetadata metadata) =>
    [
        .. metadata.Types.Where(type => BannedTypes.Contains(type) || BannedNamespaces.Any(start => type.StartsWith(start, StringComparison.Ordinal))),
        .. metadata.Members.Where(member => member != IteratorsOwn && BannedMembers.Any(banned => IsBanned(member, banned))),
        .. metadata.NativeCalls.Select(name => $"native {name}"),
    ];

    private static bool IsBanned(string member, string banned) =>
        banned.EndsWith('.') ? member.StartsWith(banned, StringComparison.Ordinal) : member == banned;

    private static IEnumerable<string> Includes(XDocument project, string item) =>
        project.Descendants(item).Select(element => element.Attribute("Include")?.Value ?? "");
}
