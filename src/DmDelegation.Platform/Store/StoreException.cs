using Microsoft.Data.Sqlite;

namespace DmDelegation.Platform.Store;

/// <summary>The store cannot be used (DEL-297, DEL-298).</summary>
/// <param name="code">One of <see cref="StoreCodes"/>.</param>
/// <param name="message">What, where, and what is allowed.</param>
/// <param name="cause">What lies behind it, if anything.</param>
public sealed class StoreException(string code, string message, Exception? cause = null) : PlatformException(code, message, cause)
{
    internal static StoreException From(SqliteException fault, string path) => From(fault.SqliteErrorCode, fault.Message, path, fault);

    internal static StoreException From(int result, string text, string path, Exception? cause = null) => result switch
    {
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED =>
            new(StoreCodes.Busy, $"{path} is in use by another instance of the agent", cause),
        SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB =>
            new(StoreCodes.Corrupt, $"{path} is damaged: {text}", cause),
        _ => new(StoreCodes.InputOutput, $"{path} cannot be read or written: {text}", cause),
    };
}

/// <summary>Stable codes of <see cref="StoreException"/>.</summary>
public static class StoreCodes
{
    /// <summary>Another instance has the store open.</summary>
    public const string Busy = "store-busy";

    /// <summary>The store is damaged, or what it holds makes no state (STORE_CORRUPT, DEL-298).</summary>
    public const string Corrupt = "store-corrupt";

    /// <summary>The store was written by a newer version (DEL-297).</summary>
    public const string Newer = "store-newer";

    /// <summary>The storage fails or is full.</summary>
    public const string InputOutput = "store-io";
}
