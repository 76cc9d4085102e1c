using DmDelegation.Engine.State;

namespace DmDelegation.Platform.Store;

/// <summary>
/// The only durable state: one SQLite database in the state directory, for one instance at a time (design 3, DEL-121). A commit is one
/// transaction that is durable when <see cref="Commit"/> returns (DEL-120).
/// </summary>
public sealed class AgentStore : IDisposable
{
    /// <summary>Name of the database in the state directory.</summary>
    public const string FileName = "dmagent.db";

    /// <summary>What its write-ahead log adds to that name.</summary>
    public const string LogSuffix = "-wal";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly StoreConnection _connection;
    private readonly StateWriter _writer;
    private AgentState? _held;
    private bool _disposed;

    private AgentStore(StoreConnection connection)
    {
        _connection = connection;
        _writer = new StateWriter(connection);
    }

    /// <summary>Transactions written since the store was opened.</summary>
    public long Commits { get; private set; }

    /// <summary>Opens the store, creates it if there is none, and checks that it is whole and not newer than this agent (DEL-297, DEL-298).</summary>
    /// <param name="stateDirectory">Made with mode 0700 if absent.</param>
    /// <param name="vfs">Name of another SQLite VFS, null for the platform's: fault injection replaces it.</param>
    /// <exception cref="StoreException">Busy, corrupt, newer, or the storage fails.</exception>
    public static AgentStore Open(string stateDirectory, string? vfs = null)
    {
        var path = Path.Combine(stateDirectory, FileName);
        PrepareFile(stateDirectory, path);
        var connection = StoreConnection.OpenExclusive(path, vfs);
        try
        {
            Check(connection);
            return new AgentStore(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads the state while no agent runs, changing nothing (design 3).</summary>
    /// <exception cref="StoreException">There is no store, or it is corrupt or newer.</exception>
    public static OfflineState ReadOffline(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        var log = new FileInfo(path + LogSuffix);
        var logLeft = log is { Exists: true, Length: > 0 };
        using var connection = StoreConnection.OpenImmutable(path);
        if (IsEmpty(connection))
            return new OfflineState(null, logLeft);
        CheckVersion(connection);
        return new OfflineState(StateReader.Read(connection), logLeft);
    }

    /// <summary>Size of the store with its log, octets; 0 if there is none.</summary>
    public static long OctetsIn(string stateDirectory) =>
        new[] { "", LogSuffix }.Select(end => new FileInfo(Path.Combine(stateDirectory, FileName + end))).Where(file => file.Exists).Sum(file => file.Length);

    /// <summary>Looks the main file through while no agent runs, changing nothing; a log that is left is not looked at.</summary>
    /// <returns>The format of the store; null if there is nothing in it yet.</returns>
    /// <exception cref="StoreException">There is no store, or it is corrupt or newer.</exception>
    public static long? Inspect(string stateDirectory)
    {
        using var connection = StoreConnection.OpenImmutable(Path.Combine(stateDirectory, FileName));
        if (IsEmpty(connection))
            return null;
        CheckVersion(connection);
        CheckWhole(connection);
        return StoreSchema.Version;
    }

    /// <summary>The state, null if the store is new. Called once, before the first commit.</summary>
    /// <exception cref="StoreException">What the store holds makes no state.</exception>
    public AgentState? Load() => _held = StateReader.Read(_connection);

    /// <summary>Writes the difference in one transaction; writes nothing if there is none.</summary>
    /// <param name="before">What the store holds: the very value that was loaded or committed last; null for a new store.</param>
    /// <param name="after">What it must hold afterwards.</param>
    /// <exception cref="StoreException">Nothing was written. The agent must stop (DEL-120).</exception>
    public void Commit(AgentState? before, AgentState after)
    {
        if (!ReferenceEquals(before, _held))
            throw new InvalidOperationException("the state before is not the one the store holds; a difference from another would be wrong");
        if (before is not null && StateDifference.IsNothing(before, after))
        {
            _held = after;
            return;
        }

        _connection.InTransaction(transaction => _writer.Write(transaction, before, after));
        Commits++;
        _held = after;
        if (before is not null && StateDifference.TakesSecretsAway(before, after))
            EmptyLog();
    }

    /// <summary>Moves everything into the main file, so that it can be read on its own, and closes.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _writer.Dispose();
        try
        {
            EmptyLog();
        }
        catch (StoreException)
        {
            // The log stays and is carried over at the next start; nothing is lost, and a disposal must not throw.
        }

        _connection.Dispose();
    }

    private void EmptyLog() => _connection.RunAtOnce("PRAGMA wal_checkpoint(TRUNCATE)");

    private static void Check(StoreConnection connection)
    {
        // The version first: a newer format may fail checks that this agent knows.
        if (IsEmpty(connection))
            connection.InTransaction(_ => connection.RunAtOnce(StoreSchema.Create));
        else
            CheckVersion(connection);

        CheckWhole(connection);
    }

    private static void CheckWhole(StoreConnection connection)
    {
        var answer = connection.Text("PRAGMA quick_check(1)");
        if (answer != "ok")
            throw new StoreException(StoreCodes.Corrupt, $"{connection.Path} is damaged: {answer}");
    }

    private static bool IsEmpty(StoreConnection connection) => connection.Number("SELECT count(*) FROM sqlite_schema") is 0;

    private static void CheckVersion(StoreConnection connection)
    {
        var hasMeta = connection.Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'") is 1;
        var version = hasMeta ? connection.Number($"SELECT value FROM meta WHERE name = '{StoreSchema.MetaFormat}'") : null;
        if (version is null or < 1)
            throw new StoreException(StoreCodes.Corrupt, $"{connection.Path} is no store of this agent");
        if (version > StoreSchema.Version)
        {
            throw new StoreException(
                StoreCodes.Newer, $"{connection.Path} has format {version}, this agent knows up to {StoreSchema.Version}");
        }
    }

    private static void PrepareFile(string stateDirectory, string path)
    {
        try
        {
            _ = Directory.CreateDirectory(stateDirectory, OwnerOnly | UnixFileMode.UserExecute);
            // SQLite gives its log the mode of the database. An existing file is not opened here: closing it would drop the locks that
            // another store of this process has on it.
            if (File.Exists(path))
                File.SetUnixFileMode(path, OwnerOnly);
            else
                CreateEmpty(stateDirectory, path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreCodes.InputOutput, $"{path} cannot be prepared: {fault.Message}", fault);
        }
    }

    private static void CreateEmpty(string stateDirectory, string path)
    {
        new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        Native.SyncDirectory(stateDirectory);
    }
}

/// <summary>What the store says while no agent runs.</summary>
/// <param name="State">The state; null if the store is new, or all of it still in the log.</param>
/// <param name="LogLeft">A write-ahead log is left: the agent did not stop cleanly, and the last commits may be missing here.</param>
public sealed record OfflineState(AgentState? State, bool LogLeft);
