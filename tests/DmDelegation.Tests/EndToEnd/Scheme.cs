namespace DmDelegation.Tests.EndToEnd;

/// <summary>The schemes of a delegation of <c>./SCM</c> with all rights, as <see cref="LiveWorld.SchemeAsync"/> writes them.</summary>
internal static class Scheme
{
    /// <summary>As the device profile says, before T1 and after T3.</summary>
    public static string Home { get; } = Of("a.example", "a.example");

    /// <summary>After T1: B is in the ACL, A keeps all rights (DEL-122, DEL-127).</summary>
    public static string Pending { get; } = Of("a.example+b.example", "a.example b.example");

    /// <summary>After T2 of an exclusive delegation: A may read (DEL-129).</summary>
    public static string Active { get; } = Of("b.example", "a.example b.example");

    private static string Of(string inScope, string accounts) => string.Join(
        '\n',
        ". Add=*&Get=*",
        $"./SCM Add={inScope}&Delete={inScope}&Exec={inScope}&Get=*&Replace={inScope}",
        "./SCM/x ",
        "./Net Add=a.example&Delete=a.example&Exec=a.example&Get=*&Replace=a.example",
        $"DMAcc {accounts}");
}
